import type { SvmState } from "../state.js";
import { text } from "./body.js";
import { ApiError, missing, notAuthorized } from "./errors.js";
import type { Rec } from "./records.js";
import type { Ctx } from "./route.js";

export const ref = (thing: { readonly uuid: string; readonly name: string }): Rec => ({
  uuid: thing.uuid,
  name: thing.name,
});

/** May the call see objects of this SVM? Others are simply not there: 404 code 4 rather than 403 (reference 16, rule 29). */
export const sees = (ctx: Ctx, svm: SvmState | undefined): boolean => ctx.scope === undefined || ctx.scope === svm;

/** The SVM a body names under `field` (or the scope's, where the login has one). */
export function svmIn(ctx: Ctx, field = "svm"): SvmState {
  const name = text(ctx.body, `${field}.name`);
  const uuid = text(ctx.body, `${field}.uuid`);
  if (name === undefined && uuid === undefined) {
    if (ctx.scope) return ctx.scope;
    throw missing(`${field}.name`);
  }
  const svm = ctx.cluster.svms.find(
    (each) => (name === undefined || each.name === name) && (uuid === undefined || each.uuid === uuid),
  );
  if (!svm) throw new ApiError(2621462, `SVM "${name ?? uuid ?? ""}" does not exist.`, 400, `${field}.name`);
  if (!sees(ctx, svm))
    throw ctx.login.svm ? notAuthorized() : new ApiError(262245, "The SVM contradicts the request header.", 400);
  return svm;
}
