import type { Notice } from './notice.ts'

/** A mail in plain text. */
export interface MailMessage {
  readonly subject: string
  readonly text: string
}

const MAX_SUBJECT = 150
// biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would begin a new header
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g

/** A notice as a mail: the sentence, then the facts. */
export function mailMessage({ type, at, data }: Notice): MailMessage {
  const { text, severity } = data
  const sentence = typeof text === 'string' ? text : type
  const mark = typeof severity === 'string' ? `[keeprate ${severity}]` : '[keeprate]'
  const facts = JSON.stringify(data, null, 2)
  return {
    subject: `${mark} ${sentence}`.replaceAll(CONTROL, ' ').slice(0, MAX_SUBJECT),
    text: `${sentence}\n\n${type}, ${new Date(at).toISOString()}\n\n${facts}\n`,
  }
}
