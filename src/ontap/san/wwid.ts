/**
 * The WWID a Linux host shows for a LUN: `3600a0980` and the serial's bytes in hex, 33 characters in all (reference 8.2).
 * Serials hold signs such as `]` and `+`, so this is the only form that may go near a shell or a URL.
 */
export function serialToWwid(serial: string): string {
  return `3600a0980${Buffer.from(serial, "latin1").toString("hex")}`;
}
