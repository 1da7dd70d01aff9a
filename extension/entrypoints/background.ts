import { defineBackground } from "wxt/utils/define-background";
import { startWorker } from "../src/worker/start-worker";

export default defineBackground({ type: "module", main: () => startWorker() });
