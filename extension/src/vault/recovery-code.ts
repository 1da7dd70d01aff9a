const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SECRET_BYTES = 20;
const CHECK_DIGITS = 3;
const LENGTH = (SECRET_BYTES * 8) / 5 + CHECK_DIGITS;
const GROUP = 5;

type Bytes = Uint8Array<ArrayBuffer>;

/** 160 random bits to write down: Crockford's base 32 in groups of five, the last three digits a checksum against slips of the pen. */
export const recoveryCode = {
  async fresh(): Promise<{ code: string; secret: Bytes }> {
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    return { code: await recoveryCode.write(secret), secret };
  },

  /** The code of a secret. */
  async write(secret: Bytes): Promise<string> {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", secret)).slice(0, 2);
    const digits = toDigits(secret) + toDigits(sum).slice(0, CHECK_DIGITS);
    return (digits.match(new RegExp(`.{${GROUP}}`, "g")) ?? []).join("-");
  },

  /** The secret of a code as somebody typed it; null if it is none. I and L are read as 1, O as 0. */
  async read(typed: string): Promise<Bytes | null> {
    const digits = typed.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");
    if (digits.length !== LENGTH || [...digits].some((digit) => !DIGITS.includes(digit))) return null;
    const bits = [...digits.slice(0, -CHECK_DIGITS)].map((digit) => DIGITS.indexOf(digit).toString(2).padStart(5, "0"));
    const secret = Uint8Array.from(bits.join("").match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
    return (await recoveryCode.write(secret)).replaceAll("-", "") === digits ? secret : null;
  },
};

function toDigits(bytes: Bytes): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => DIGITS[Number.parseInt(five, 2)]).join("");
}
