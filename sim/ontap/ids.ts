import { createHash } from "node:crypto";

/** Identifiers that look like ONTAP's and are the same for the same seed and order of calls. */
export class Ids {
  private counter = 0;
  constructor(private readonly seed: number) {}

  private digest(label: string): Buffer {
    return createHash("sha256").update(`${this.seed}/${label}`).digest();
  }

  /** A version 4 uuid for that label. */
  uuid(label: string): string {
    const bytes = this.digest(label).subarray(0, 16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.toString("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  /** A uuid nobody has had. */
  next(kind: string): string {
    return this.uuid(`${kind}#${(this.counter += 1)}`);
  }

  count(): number {
    return (this.counter += 1);
  }

  /** 12 printable characters, symbols among them: reference 8.2. */
  serial(label: string): string {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+]$?/[";
    return [...this.digest(`serial/${label}`).subarray(0, 12)].map((byte) => alphabet[byte % alphabet.length]).join("");
  }

  /** LVM's form: 6-4-4-4-4-4-6 characters. */
  lvmUuid(label: string): string {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const chars = [...this.digest(`lvm/${label}`)].map((byte) => alphabet[byte % alphabet.length]).join("");
    let at = 0;
    return [6, 4, 4, 4, 4, 4, 6].map((length) => chars.slice(at, (at += length))).join("-");
  }

  hex(label: string, length: number): string {
    return this.digest(label).toString("hex").slice(0, length);
  }

  /** An opaque content id. */
  content(label: string): string {
    return `c-${this.digest(`content/${label}`).toString("hex").slice(0, 16)}`;
  }

  /** A number in [from, to], the next one of the seed's sequence. */
  between(from: number, to: number): number {
    if (to <= from) return from;
    const part = this.digest(`between#${(this.counter += 1)}`).readUInt32BE(0) / 2 ** 32;
    return Math.round(from + part * (to - from));
  }
}
