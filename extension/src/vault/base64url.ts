/** Bytes as text that fits into an address, without padding, and back. */
export const base64url = {
  of(bytes: Uint8Array): string {
    return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => ({ "+": "-", "/": "_" })[sign] ?? "");
  },

  bytes(text: string): Uint8Array<ArrayBuffer> {
    const plain = atob(text.replace(/[-_]/g, (sign) => (sign === "-" ? "+" : "/")));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  },
};
