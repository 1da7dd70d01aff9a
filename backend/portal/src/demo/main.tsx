import "./demo.css";
import { render } from "preact";
import { DemoPage } from "./DemoPage";

const app = document.getElementById("app");
if (app) render(<DemoPage />, app);
