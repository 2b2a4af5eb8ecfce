import { BlockList, isIPv4 } from "node:net";

/** Does an IPv4 network (`10.8.0.0/24`; without a length, one address) hold this address? What is no IPv4 holds nothing. */
export function holds(network: string, address: string): boolean {
  const [base = "", length = "32"] = network.split("/");
  if (!isIPv4(base) || !isIPv4(address)) return false;
  const subnet = new BlockList();
  subnet.addSubnet(base, Number(length), "ipv4");
  return subnet.check(address, "ipv4");
}
