import "../shared/tokens.css";
import "../shared/base.css";
import "../thread/thread.css";
import "../thread/cards.css";
import "./chat.css";
import { createRoot } from "react-dom/client";
import { tidyAddress } from "../shared/clean-address.ts";
import { createGateway } from "../shared/gateway.ts";
import { languageOf, loadTexts, TextsProvider } from "../texts/texts.ts";
import { ChatPage } from "./ChatPage.tsx";
import { framed } from "./framed.ts";
import { dress, lookOf } from "./look.ts";

tidyAddress();
const root = document.getElementById("root");
if (root) {
  const look = lookOf(location.search);
  const language = languageOf([look.language, ...navigator.languages]);
  dress(look, document.documentElement);
  document.documentElement.lang = language;
  const owner = framed();
  void loadTexts(language).then((texts) => {
    document.title = texts.title;
    createRoot(root).render(
      <TextsProvider value={texts}>
        <ChatPage gateway={createGateway("visitor")} {...(owner ? { owner } : {})} />
      </TextsProvider>,
    );
  });
}
