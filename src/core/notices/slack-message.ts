import type { JsonObject } from '../json.ts'
import type { Notice } from './notice.ts'

const MARKS: Readonly<Record<string, string>> = {
  critical: ':rotating_light:',
  warning: ':warning:',
  info: ':information_source:',
}

/** Slack takes 3,000 characters in a block (docs.slack.dev, "Section block", read 2026-11-20). */
const MAX_CHARACTERS = 2_900

/** The three characters that Slack's markup gives a meaning; all others are text. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A notice for Slack's incoming webhooks, and for chats that take the same JSON. */
export function slackMessage({ type, data }: Notice): JsonObject {
  const text = typeof data.text === 'string' ? data.text : JSON.stringify(data)
  const mark = MARKS[String(data.severity)] ?? ':frame_with_picture:'
  const line = `${mark} *${type}* ${escaped(text)}`.slice(0, MAX_CHARACTERS)
  return { text: line, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: line } }] }
}
