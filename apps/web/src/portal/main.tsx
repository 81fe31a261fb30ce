import "../shared/tokens.css";
import "../shared/base.css";
import "../thread/thread.css";
import "../thread/cards.css";
import "./portal.css";
import { createRoot } from "react-dom/client";
import { languageOf, loadTexts, TextsProvider } from "../texts/texts.ts";
import { PortalApp } from "./PortalApp.tsx";

const root = document.getElementById("root");
if (root) {
  const language = languageOf(navigator.languages);
  document.documentElement.lang = language;
  void loadTexts(language).then((texts) =>
    createRoot(root).render(
      <TextsProvider value={texts}>
        <PortalApp />
      </TextsProvider>,
    ),
  );
}
