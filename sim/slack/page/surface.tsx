import { createContext, useContext } from "react";
import type { Obj } from "../types.js";

/** Where blocks are shown: how an element reports that it was used, and what people typed. */
export interface Surface {
  readonly kind: "message" | "modal" | "home";
  /** Says it to the app; resolves after the acknowledgement. */
  act(block: string, action: string, value?: unknown): Promise<void>;
  /** Options for an external select. */
  suggest(block: string, action: string, typed: string): Promise<readonly Obj[]>;
  /** What the element holds now: the value as scripts give it. */
  valueOf(block: string, action: string): unknown;
  enter(block: string, action: string, value: unknown): void;
  readonly errors: { readonly [block: string]: string };
}

export const SurfaceContext = createContext<Surface | undefined>(undefined);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) throw new Error("blocks are shown on no surface");
  return surface;
}
