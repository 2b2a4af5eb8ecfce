import { Pool } from "undici";
import { createOntap, type OntapClient } from "../../src/ontap/index.js";
import { serve } from "../child.js";

/** All mirrors of a cluster, by the client or by nothing but undici and JSON.parse. The argument says which; each is a process of its own. */
interface Reach {
  readonly url: string;
  readonly ca: string;
}
interface Page {
  readonly records: readonly unknown[];
  readonly _links?: { readonly next?: { readonly href: string } };
}

const by = process.argv[2];
const login = { user: "admin", password: "netapp1!" };
const authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
let ontap: OntapClient | undefined;
let pool: Pool | undefined;

async function bare(first: string): Promise<number> {
  const found: unknown[] = [];
  for (let path: string | undefined = first; path !== undefined;) {
    const answer = await pool!.request({ method: "GET", path, headers: { accept: "application/json", authorization } });
    const page = JSON.parse(await answer.body.text()) as Page;
    found.push(...page.records);
    path = page._links?.next?.href;
  }
  return found.length;
}

serve(
  {
    start: async ({ url, ca }: Reach) => {
      if (by === "client") ontap = createOntap({ cluster: "cvo-eastus2", url, ca, login });
      else pool = new Pool(url, { connections: 8, connect: { ca } });
    },
    /** Milliseconds it took, and how many there were. */
    list: async ({ first }: { first: string }) => {
      const from = performance.now();
      const found = ontap ? (await ontap.relationships.list()).length : await bare(first);
      return { ms: performance.now() - from, found };
    },
    /** The most memory this process ever held, in bytes. */
    peak: async () => process.resourceUsage().maxRSS * 1024,
  },
  async () => {
    await ontap?.close();
    await pool?.close();
  },
);
