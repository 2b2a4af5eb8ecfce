import type { SimClock } from "./clock.js";

/** One answered call, secrets blanked. `status` 0: the caller never got an answer (reset or left hanging by a fault). */
export interface Call {
  /** ISO 8601, from the simulator's clock. */
  readonly at: string;
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  /** Parsed where it was JSON, text otherwise, null when empty. */
  readonly body: unknown;
  readonly status: number;
  /** Who it came from, where that was said by HTTP Basic. */
  readonly user?: string;
}

const BLANK = "***";
const SECRET_KEY =
  /^(password|passphrase|client_secret|clientsecret|client_assertion|client_certificate|secret|token|access_token|refresh_token|assertion|private_?key|authorization|protectedsettings|protected_?parameters|trigger_id|response_url)$/i;

/** The log behind `GET /_control/log`. `secrets` are values blanked wherever they appear, whatever their key. */
export class CallLog {
  readonly calls: Call[] = [];
  constructor(
    private readonly clock: SimClock,
    private readonly secrets: () => readonly string[] = () => [],
  ) {}

  add(call: {
    method: string;
    path: string;
    body: Buffer | string;
    contentType?: string | undefined;
    status: number;
    user?: string | undefined;
  }): void {
    this.calls.push({
      at: new Date(this.clock.now()).toISOString(),
      method: call.method,
      path: this.blankText(blankQuery(call.path)),
      body: this.blankBody(call.body.toString(), call.contentType ?? ""),
      status: call.status,
      ...(call.user === undefined ? {} : { user: call.user }),
    });
  }

  clear(): void {
    this.calls.length = 0;
  }

  private blankBody(text: string, contentType: string): unknown {
    if (text === "") return null;
    if (contentType.includes("x-www-form-urlencoded")) {
      return Object.fromEntries(
        [...new URLSearchParams(text)].map(([key, value]) => [key, isSecretKey(key) ? BLANK : this.blankText(value)]),
      );
    }
    try {
      return this.blankJson(JSON.parse(text));
    } catch {
      return this.blankText(text);
    }
  }

  private blankJson(value: unknown): unknown {
    if (typeof value === "string") return this.blankText(value);
    if (Array.isArray(value)) return value.map((each) => this.blankJson(each));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        isSecretKey(key) && each !== null ? BLANK : this.blankJson(each),
      ]),
    );
  }

  private blankText(text: string): string {
    return this.secrets().reduce((out, secret) => (secret === "" ? out : out.split(secret).join(BLANK)), text);
  }
}

/** Dotted keys (`authentication.passphrase`) count by their last part. */
function isSecretKey(key: string): boolean {
  const last = key.slice(key.lastIndexOf(".") + 1);
  return SECRET_KEY.test(last);
}

function blankQuery(path: string): string {
  return path.replace(/([?&])([^=&]+)=([^&]*)/g, (whole, mark: string, key: string) =>
    isSecretKey(key) ? `${mark}${key}=${BLANK}` : whole,
  );
}
