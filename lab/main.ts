import { NoLab, startLab, type Lab } from "./lab.js";
import { numberFlag, onStop } from "./command.js";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run lab [-- --port N]`: the product on real disks, until told to stop. The last line says where the page is. */
async function main(): Promise<number> {
  const port = numberFlag("--port", 8700);
  const stopped = onStop();
  let lab: Lab | undefined;
  try {
    lab = await startLab({ port, say });
    await lab.app.digest();
    say(`Sluice lab ready: ${lab.url}`);
    await Promise.race([stopped, lab.ended]);
    return 0;
  } catch (error) {
    say(error instanceof NoLab ? error.message : `The lab did not start: ${String(error)}`);
    return 1;
  } finally {
    await lab?.stop();
  }
}

process.exitCode = await main();
// what a guest's client still waits for is nobody's business now
setTimeout(() => process.exit(), 3_000).unref();
