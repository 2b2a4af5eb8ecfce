import { Rejected } from "../core/problems.js";

/** What a look gives, or that the login may not take it: 403 with code 6 (reference 1.2). */
export async function unlessHidden<T>(look: () => Promise<T>): Promise<T | "hidden"> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Rejected && error.code === "6") return "hidden";
    throw error;
  }
}
