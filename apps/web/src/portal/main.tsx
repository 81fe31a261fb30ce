import "../shared/tokens.css";
import "../shared/base.css";
import "../thread/thread.css";
import "../thread/cards.css";
import "./portal.css";
import { createRoot } from "react-dom/client";
import { PortalApp } from "./PortalApp.tsx";

const root = document.getElementById("root");
if (root) createRoot(root).render(<PortalApp />);
