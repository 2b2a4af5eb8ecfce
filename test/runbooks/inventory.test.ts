import { expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load.js";
import { getHost, getSet } from "../../src/runbooks/inventory.js";

test("people's words find sets and hosts, whatever their case; a slip is told from a guess", async () => {
  const config = await loadConfig({ file: "config/epic.yaml", env: {} });
  expect(getSet(config, "Reporting DB").name).toBe("clarity");
  expect(getHost(config, "EPIC-TRN-01").name).toBe("epic-trn-01");
  expect(() => getSet(config, "pord")).toThrow('I know no set called "pord". The nearest: prod.');
  expect(() => getHost(config, "epic-trn-02")).toThrow(/no host called "epic-trn-02". The nearest: epic-trn-01/);
  expect(() => getSet(config, "weblogs")).toThrow('I know no set called "weblogs". The nearest: prod and clarity.');
});
