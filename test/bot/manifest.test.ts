import { expect, test } from "@jest/globals";
import { manifest } from "../../src/bot/index.js";
import { botScopes } from "../../src/bot/manifest.js";

interface Shape {
  readonly display_information: { name: string; description: string };
  readonly features: {
    bot_user: { display_name: string };
    slash_commands: { command: string; description: string; usage_hint: string; url?: string }[];
  };
  readonly oauth_config: { scopes: { bot: string[] } };
  readonly settings: {
    event_subscriptions: { request_url?: string; bot_events: string[] };
    interactivity: { is_enabled: boolean; request_url?: string };
    socket_mode_enabled: boolean;
  };
}
const of = (httpUrl?: string): Shape =>
  manifest({ command: "/sluice", ...(httpUrl === undefined ? {} : { httpUrl }) }) as unknown as Shape;

/** Limits: reference C, from web-api's manifest types. */
test.each([undefined, "https://sluice.example"])("is within Slack's limits (%s)", (url) => {
  const made = of(url);
  expect(made.display_information.name.length).toBeLessThanOrEqual(35);
  expect(made.display_information.description.length).toBeLessThanOrEqual(140);
  expect(made.features.bot_user.display_name.length).toBeLessThanOrEqual(80);
  for (const command of made.features.slash_commands) {
    expect(command.command).toMatch(/^\/[^\s]{1,31}$/);
    expect(command.description.length).toBeLessThanOrEqual(2000);
    expect(command.usage_hint.length).toBeLessThanOrEqual(1000);
  }
  expect(made.settings.event_subscriptions.bot_events.length).toBeLessThanOrEqual(100);
});

test("Socket Mode names no addresses, HTTP the same one everywhere", () => {
  expect(JSON.stringify(of())).not.toContain("url");
  expect(of().settings.socket_mode_enabled).toBe(true);
  const http = of("https://sluice.example");
  const at = "https://sluice.example/slack/events";
  expect([
    http.settings.event_subscriptions.request_url,
    http.settings.interactivity.request_url,
    http.features.slash_commands[0]?.url,
  ]).toEqual([at, at, at]);
  expect(http.settings.socket_mode_enabled).toBe(false);
});

test("asks for no right beyond the ones that are explained, and for none that posts or reads everywhere", () => {
  const scopes = of().oauth_config.scopes.bot;
  expect([...scopes].sort()).toEqual(Object.keys(botScopes).sort());
  for (const never of ["chat:write.public", "chat:write.customize", "users:read.email", "files:write", "admin"])
    expect(scopes).not.toContain(never);
});

test("every event that is listened to has its scope", () => {
  const needs: Record<string, string | undefined> = {
    app_mention: "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
  };
  const { event_subscriptions } = of().settings;
  for (const event of event_subscriptions.bot_events)
    if (needs[event] !== undefined) expect(of().oauth_config.scopes.bot).toContain(needs[event]);
  expect(event_subscriptions.bot_events).toEqual(expect.arrayContaining(Object.keys(needs)));
});
