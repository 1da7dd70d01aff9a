import { browser } from "wxt/browser";
import { NATIVE_PORT, type ToNative } from "../../src/direct/native-message";
import { NativeServer } from "../../src/direct/native-server";
import { ownLanguageModel } from "../../src/direct/own-language-model";

const port = browser.runtime.connect({ name: NATIVE_PORT });
const server = new NativeServer(ownLanguageModel(), (message) => port.postMessage(message));
port.onMessage.addListener((message: unknown) => server.hear(message as ToNative));
// The worker has died or needs us no more.
port.onDisconnect.addListener(() => window.close());
