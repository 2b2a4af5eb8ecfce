import { describe, expect, test } from "@jest/globals";
import type { Problem } from "../../src/core/problems.js";
import { answerProblem, type Call, hiddenApproval, jobProblem, transportProblem } from "../../src/ontap/wire/errors.js";

const get: Call = { cluster: "cvo", login: { name: "sluice" }, method: "GET", path: "/storage/volumes" };
const post: Call = { ...get, method: "POST" };
const remove: Call = { ...get, method: "DELETE", path: "/storage/volumes/9f5fb6d0-1111-11ef-8a8a-00a098d39e12" };

const body = (code: string, message = "no") => ({ error: { code, message } });
const answer = (call: Call, status: number, content?: unknown, retryAfterMs?: number): Problem =>
  answerProblem(call, { status, body: content, retryAfterMs });

describe("an answer with a code", () => {
  test.each<[string, Call, number, string, Problem["kind"], boolean]>([
    ["a duplicate", post, 409, "1", "rejected", false],
    ["name taken", post, 400, "917526", "rejected", false],
    ["busy volume", remove, 500, "524486", "rejected", true],
    ["too many requests", post, 429, "262160", "rejected", true],
    ["mirror being modified", post, 500, "6619715", "rejected", true],
    ["change being propagated", post, 500, "6619720", "rejected", true],
    ["state unavailable", post, 500, "13303816", "rejected", true],
    ["state unavailable, second code", post, 500, "13304159", "rejected", true],
    ["RPC timed out on a write", post, 500, "65541", "inDoubt", false],
    ["RPC failed on a write", post, 500, "65552", "inDoubt", false],
    ["RPC broke on a write", post, 500, "65562", "inDoubt", false],
    ["unexpected exception on a write", post, 500, "262145", "inDoubt", false],
    ["RPC timed out on a read", get, 500, "65541", "rejected", true],
    ["released but not deleted", remove, 500, "13303813", "inDoubt", false],
    ["attributes changed, transition not", post, 500, "13303820", "inDoubt", false],
    ["array in use, for the moment", post, 503, "8", "rejected", true],
    ["object in use", post, 409, "8", "rejected", false],
    ["some other 500 on a read", get, 500, "999", "rejected", true],
    ["some other 500 on a write", post, 500, "999", "rejected", false],
  ])("%s", (_name, call, status, code, kind, retryable) => {
    const problem = answer(call, status, body(code));
    expect([problem.kind, problem.retryable, problem.code, problem.from]).toEqual([kind, retryable, code, "ONTAP cvo"]);
  });

  test("not found is code 4 by either of its numbers; an unknown URL is not that", () => {
    expect(answer(get, 404, body("4")).code).toBe("4");
    expect(answer(get, 400, body("8586226")).code).toBe("4");
    expect(answer(get, 404, body("3", "API not found")).code).toBe("3");
    expect(answer(get, 404, "<html>").code).toBe("http 404");
  });

  test("a code that comes as a number is text all the same", () => {
    expect(answer(post, 400, { error: { code: 917526, message: "x" } }).code).toBe("917526");
  });

  test("the array's wish to wait is kept", () => {
    expect(answer(post, 429, body("262160"), 7000).retryAfterMs).toBe(7000);
    const locked = answer(post, 409, body("8", "The volume is temporarily locked."));
    expect([locked.retryable, locked.retryAfterMs]).toEqual([true, 30_000]);
  });

  test("a secret does not come back in the message", () => {
    const call = { ...post, secrets: ["hunter2"] };
    expect(answer(call, 400, body("262197", 'bad value "hunter2"')).sentence).not.toContain("hunter2");
  });
});

describe("an answer without a code", () => {
  test.each<[Call, number, Problem["kind"], boolean]>([
    [post, 500, "inDoubt", false],
    [post, 502, "inDoubt", false],
    [post, 503, "inDoubt", false],
    [post, 429, "rejected", true],
    [post, 413, "rejected", false],
    [post, 302, "rejected", false],
    [get, 500, "notSent", true],
    [get, 503, "notSent", true],
    [get, 404, "rejected", false],
  ])("%#", (call, status, kind, retryable) => {
    const problem = answer(call, status);
    expect([problem.kind, problem.retryable]).toEqual([kind, retryable]);
  });
});

describe("rights", () => {
  test("401 speaks of the login", () => {
    expect(answer(get, 401).sentence).toMatch(/login sluice was refused.*Check the user and password/);
  });

  test.each<[string, Problem]>([
    ["by code", answer(remove, 403, body("6", "not authorized for that command"))],
    ["by status alone", answer(remove, 403)],
    ["by the odd code with 400", answer(remove, 400, body("6691623", "not authorised"))],
    [
      "in a failed job",
      jobProblem(remove, {
        description: "DELETE /api/storage/volumes/9f5fb6d0-1111-11ef-8a8a-00a098d39e12",
        code: 6,
        message: "not authorized",
      }),
    ],
  ])("403 names the right that is missing: %s", (_name, problem) => {
    expect([problem.kind, problem.code]).toEqual(["rejected", "6"]);
    expect(problem.sentence).toContain("may not DELETE /api/storage/volumes (");
    expect(problem.sentence).toContain("Its role needs all on /api/storage/volumes");
    expect(problem.detail).toEqual({ missingRight: { api: "/api/storage/volumes", access: "all" } });
  });
});

describe("the array's own approval", () => {
  const text = "The security multi-admin-verify request (index 7) requires approval.";
  test.each<[string, Problem | undefined]>([
    ["as an HTTP error", answer(remove, 403, body("262325", text))],
    ["with another status", answer(remove, 500, body("262325", text))],
    [
      "in a failed job",
      jobProblem(remove, { description: "DELETE /api/storage/volumes/x", error: { code: "262325", message: text } }),
    ],
    ["as a 202 without a job", hiddenApproval(remove, 202, { message: text })],
    [
      "as a 202 with a request in it",
      hiddenApproval(remove, 200, { error: { code: "262325", message: "needs approval" }, request: { index: 7 } }),
    ],
  ])("%s", (_name, problem) => {
    expect([problem?.kind, problem?.code, problem?.detail]).toEqual(["rejected", "262325", { mavRequest: 7 }]);
    expect(problem?.sentence).toContain("request 7");
  });

  test("is not seen where there is none", () => {
    expect(hiddenApproval(remove, 202, { job: { uuid: "x" } })).toBeUndefined();
    expect(hiddenApproval(remove, 201, { records: [{ comment: text }], message: text })).toBeUndefined();
    expect(hiddenApproval(remove, 202, {})).toBeUndefined();
  });
});

describe("a failed job", () => {
  test("carries its code as a number on top or as text within", () => {
    const plain = jobProblem(post, {
      description: "POST /api/storage/volumes/",
      code: 917526,
      message: "Duplicate volume name",
    });
    const within = jobProblem(post, { code: 1, error: { code: "917526", message: "Duplicate volume name" } });
    expect([plain.kind, plain.code, plain.message]).toEqual(["rejected", "917526", "Duplicate volume name"]);
    expect([within.kind, within.code, within.message]).toEqual(["rejected", "917526", "Duplicate volume name"]);
  });

  test("of an RPC timeout is a doubt, even if the job says GET nowhere", () => {
    expect(jobProblem(get, { code: 65541, message: "RPC timed out" }).kind).toBe("inDoubt");
  });
});

describe("no answer", () => {
  const failure = (code: string) => Object.assign(new Error(`far end: ${code}`), { code });
  test.each<[string, Call, string, boolean, Problem["kind"], boolean]>([
    ["refused", post, "ECONNREFUSED", true, "notSent", true],
    ["unknown host", post, "ENOTFOUND", true, "notSent", false],
    ["never connected", post, "UND_ERR_CONNECT_TIMEOUT", true, "notSent", true],
    ["reset while shaking hands", post, "ECONNRESET", true, "notSent", true],
    ["untrusted certificate", post, "DEPTH_ZERO_SELF_SIGNED_CERT", true, "notSent", false],
    ["wrong name in the certificate", post, "ERR_TLS_CERT_ALTNAME_INVALID", true, "notSent", false],
    [
      "our certificate refused after we sent",
      post,
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      false,
      "notSent",
      false,
    ],
    ["reset after sending", post, "ECONNRESET", false, "inDoubt", false],
    ["closed after sending", post, "UND_ERR_SOCKET", false, "inDoubt", false],
    ["anything we do not know", post, "EWHATEVER", false, "inDoubt", false],
    ["reset after sending a read", get, "ECONNRESET", false, "notSent", true],
    ["our client closed", post, "UND_ERR_CLOSED", false, "notSent", false],
  ])("%s", (_name, call, code, connecting, kind, retryable) => {
    const problem = transportProblem(call, failure(code), connecting);
    expect([problem.kind, problem.retryable, problem.code]).toEqual([kind, retryable, code]);
  });

  test("a doubt says that it may have happened", () => {
    expect(transportProblem(post, failure("ECONNRESET"), false).sentence).toBe(
      "ONTAP cvo: no answer to POST /storage/volumes: the connection broke; it may have happened.",
    );
  });
});
