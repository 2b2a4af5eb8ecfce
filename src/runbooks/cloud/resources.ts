import type { Resource } from "../../core/resource.js";

const inAzure = (kind: string, id: string, name: string): Resource => ({
  kind,
  id: `azure/${kind}/${id}`,
  name,
  environment: "infrastructure",
  labels: {},
});

export const groupResource = (name: string): Resource => inAzure("resourceGroup", name, name);
export const roleResource = (name: string): Resource => inAzure("role", name, name);
export const connectorResource = (name: string): Resource => inAzure("connector", name, name);

/** A Cloud Volumes ONTAP as a machine that is made, runs and stops. */
export const systemResource = (cluster: string): Resource => ({
  kind: "system",
  id: `${cluster}/system`,
  name: cluster,
  environment: "dr",
  labels: {},
});
