/**
 * An acknowledgement that cannot be delivered (the connection is being renewed) must not lose the click: Slack shows a warning to the
 * person, and the work is done all the same.
 */
export async function safely(ack: () => Promise<unknown>): Promise<void> {
  await ack().catch(() => undefined);
}
