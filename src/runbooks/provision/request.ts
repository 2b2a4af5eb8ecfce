import { z } from "zod";

export const provisionRequest = z.strictObject({
  host: z.string(),
  /** Of each LUN. */
  sizeBytes: z.number().int().positive().optional(),
  /** LUNs, each in a volume of its own; one unless said. */
  count: z.number().int().positive().optional(),
  mount: z.string().optional(),
  /** Whose mirrors' SVM it is to come from, where there are several. */
  set: z.string().optional(),
  /** What volumes and groups are called by. */
  as: z.string().optional(),
});
export type ProvisionRequest = z.infer<typeof provisionRequest>;
