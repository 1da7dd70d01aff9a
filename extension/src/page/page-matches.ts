/** The documents that get `window.ai`: secure ones, and this computer's own. Never files. */
export const pageMatches = ["https://*/*", "http://localhost/*", "http://*.localhost/*", "http://127.0.0.1/*"];
