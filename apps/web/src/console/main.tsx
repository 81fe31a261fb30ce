import "../shared/tokens.css";
import "../shared/base.css";
import "../thread/thread.css";
import "../thread/cards.css";
import "./console.css";
import { createRoot } from "react-dom/client";
import { ConsoleApp } from "./ConsoleApp.tsx";

const root = document.getElementById("root");
if (root) createRoot(root).render(<ConsoleApp />);
