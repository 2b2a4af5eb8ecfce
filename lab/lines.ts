import { connect, type Socket } from "node:net";

/** A unix socket read line by line. */
export class Lines {
  private readonly socket: Socket;
  private heard = "";
  private wake: () => void = () => undefined;
  private closed = false;

  constructor(
    path: string,
    private readonly who: string,
  ) {
    this.socket = connect(path);
    this.socket.setEncoding("latin1");
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk: string) => {
      this.heard += chunk;
      this.wake();
    });
    this.socket.on("close", () => {
      this.closed = true;
      this.wake();
    });
  }

  get isOpen(): boolean {
    return !this.closed && !this.socket.destroyed;
  }

  send(line: string): void {
    this.socket.write(line, "latin1");
  }

  /** The next line. Rejects when it does not come in time, or the other side hung up. */
  async next(withinMs: number): Promise<string> {
    const until = Date.now() + withinMs;
    for (;;) {
      const end = this.heard.indexOf("\n");
      if (end >= 0) {
        const line = this.heard.slice(0, end);
        this.heard = this.heard.slice(end + 1);
        return line;
      }
      if (!this.isOpen) throw new Error(`${this.who} hung up`);
      const left = until - Date.now();
      if (left <= 0) throw new Error(`${this.who} does not answer`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
