import { z } from "zod";

/**
 * The shapes of what scripts take. The scripts check the same again with patterns of their own: these give the early and friendlier no.
 */
export const tag = z.string().regex(/^sluice_[A-Za-z0-9._-]{1,80}$/);
export const wwid = z.string().regex(/^3600a0980[0-9a-f]{24}$/);
export const target = z.string().regex(/^(iqn[.]\d{4}-\d{2}[.]|eui[.]|naa[.])[A-Za-z0-9.:-]{1,220}$/);
export const portal = z.ipv4();
export const groupName = z.string().regex(/^[A-Za-z0-9_+][A-Za-z0-9_.+-]{0,99}$/);
export const mountPath = z
  .string()
  .regex(/^(\/[A-Za-z0-9._-]+)+$/)
  .refine((path) => !`${path}/`.includes("/../") && !`${path}/`.includes("/./"), "a mount point has no . or .. in it");
/** A command from the configuration, run on the host as it stands there. Never text that people or arrays can choose. */
export const hook = z
  .string()
  .max(1000)
  .regex(/^[ -~]+$/);

const serialLength = 12;

/**
 * The SCSI identity multipath and udev give a LUN: "3" + "600a0980" + the hex of its 12-character serial, 33 characters.
 * Throws RangeError for a serial of another length.
 */
export function wwidOf(serial: string): string {
  const bytes = Buffer.from(serial, "latin1");
  if (bytes.length !== serialLength)
    throw new RangeError(`a LUN serial has ${serialLength} characters, this one ${bytes.length}`);
  return `3600a0980${bytes.toString("hex")}`;
}
