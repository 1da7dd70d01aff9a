import "./account.css";
import { render } from "preact";
import { PortalApp } from "./PortalApp";

const app = document.getElementById("app");
if (app) render(<PortalApp />, app);
