import "../shared/tokens.css";
import "../shared/base.css";
import "../thread/thread.css";
import "../thread/cards.css";
import "./chat.css";
import { createRoot } from "react-dom/client";
import { tidyAddress } from "../shared/clean-address.ts";
import { createGateway } from "../shared/gateway.ts";
import { ChatPage } from "./ChatPage.tsx";

tidyAddress();
const root = document.getElementById("root");
if (root) createRoot(root).render(<ChatPage gateway={createGateway("visitor")} />);
