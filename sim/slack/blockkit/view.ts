import { isObj, Report } from "./report.js";
import { validateBlocks } from "./validate.js";

/** Checks a modal or Home view against Slack's limits: title, submit and close 24, callback_id and external_id 255, private_metadata 3000. */
export function validateView(view: unknown): Report {
  const report = new Report();
  if (!isObj(view)) {
    report.add("/view", "must provide an object", "invalid_type");
    return report;
  }
  report.oneOf(view, "type", "/view", ["modal", "home"], true);
  const modal = view["type"] === "modal";
  if (modal) {
    report.text(view, "title", "/view", { max: 24, plain: true, required: true });
    for (const key of ["submit", "close"]) report.text(view, key, "/view", { max: 24, plain: true });
  }
  report.string(view, "callback_id", "/view", { max: 255, min: 0 });
  report.string(view, "external_id", "/view", { max: 255, min: 0 });
  report.string(view, "private_metadata", "/view", { max: 3000, min: 0 });
  if (view["blocks"] === undefined) report.missing("/view", "blocks");
  else report.findings.push(...validateBlocks(view["blocks"], modal ? "modal" : "home", "/view/blocks").findings);
  const inputs =
    Array.isArray(view["blocks"]) && view["blocks"].some((each) => isObj(each) && each["type"] === "input");
  if (modal && inputs && view["submit"] === undefined) report.missing("/view", "submit");
  return report;
}
