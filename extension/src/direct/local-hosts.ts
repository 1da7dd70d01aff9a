/** What the browser must let us reach to ask model servers of this computer. The person is asked for it by the settings. */
export const localHosts = ["http://127.0.0.1/*", "http://localhost/*"];
