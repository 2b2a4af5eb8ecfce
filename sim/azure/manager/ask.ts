import { jsonBody, type SimRequest } from "../../kit/http.js";
import { ArmError } from "../types.js";
import type { Body } from "./kinds.js";

/** One call, with what the compute side of this simulator already knows how to do. */
export interface ManagerAsk {
  readonly request: SimRequest;
  readonly origin: string;
  permit(action: string): void;
}

/** The last part of the action a method needs. */
export const verb = (method: string): string =>
  method === "GET" || method === "HEAD" ? "read" : method === "DELETE" ? "delete" : "write";

/** The body as an object. Throws what Resource Manager says to anything else. */
export function bodyOf(request: SimRequest): Body {
  try {
    const body = jsonBody(request);
    if (typeof body === "object" && body !== null) return body;
  } catch {
    // said below
  }
  throw new ArmError(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
}
