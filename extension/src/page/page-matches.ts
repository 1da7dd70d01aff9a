/** The documents that may ask: secure ones, and this computer's own. */
export const pageMatches = ["https://*/*", "http://localhost/*", "http://*.localhost/*", "http://127.0.0.1/*"];
