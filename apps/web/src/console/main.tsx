import "../shared/tokens.css";
import "../shared/base.css";
import "../thread/thread.css";
import "../thread/cards.css";
import "./console.css";
import { createRoot } from "react-dom/client";
import { tidyAddress } from "../shared/clean-address.ts";
import { en } from "../texts/en.ts";
import { TextsProvider } from "../texts/texts.ts";
import { Cards } from "../thread/Cards.tsx";
import { haveCards } from "../thread/later-cards.ts";
import { ConsoleApp } from "./ConsoleApp.tsx";

tidyAddress();
haveCards(Cards);
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <TextsProvider value={en}>
      <ConsoleApp />
    </TextsProvider>,
  );
