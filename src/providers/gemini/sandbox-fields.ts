import { isObject } from '../../core/json.ts'
import type { EmulatorAnswer } from '../shared/emulator.ts'
import { unknownField } from './sandbox-errors.ts'

/** Fields of a message by name; `*` = any, not looked into. */
interface Message {
  readonly [field: string]: Message | '*'
}

/** What of Google's schema concerns pictures (v1beta discovery document, as of 2026-11). */
const CONTENT: Message = {
  role: '*',
  parts: {
    text: '*',
    inlineData: { mimeType: '*', data: '*' },
    fileData: '*',
    thought: '*',
    thoughtSignature: '*',
  },
}
const REQUEST: Message = {
  model: '*',
  contents: CONTENT,
  systemInstruction: CONTENT,
  safetySettings: { category: '*', threshold: '*' },
  tools: '*',
  toolConfig: '*',
  cachedContent: '*',
  generationConfig: {
    responseModalities: '*',
    imageConfig: { aspectRatio: '*', imageSize: '*' },
    thinkingConfig: { thinkingLevel: '*', thinkingBudget: '*', includeThoughts: '*' },
    seed: '*',
    temperature: '*',
    topP: '*',
    topK: '*',
    maxOutputTokens: '*',
    candidateCount: '*',
    stopSequences: '*',
    mediaResolution: '*',
    presencePenalty: '*',
    frequencyPenalty: '*',
  },
}

/** Google's JSON takes both spellings of a name: `imageConfig` and `image_config`. */
export function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      inCamelCase(member),
    ]),
  )
}

/** The refusal of the first field that the API does not have. */
export const flawOfFields = (body: Record<string, unknown>): EmulatorAnswer | undefined =>
  flawOf(body, REQUEST, '')

function flawOf(value: unknown, message: Message, path: string): EmulatorAnswer | undefined {
  if (Array.isArray(value)) {
    return value
      .map((member, index) => flawOf(member, message, `${path}[${index}]`))
      .find((flaw) => flaw !== undefined)
  }
  if (!isObject(value)) return undefined
  for (const [name, member] of Object.entries(value)) {
    const inner = Object.hasOwn(message, name) ? message[name] : undefined
    if (inner === undefined) return unknownField(name, path)
    if (inner === '*') continue
    const flaw = flawOf(member, inner, path === '' ? name : `${path}.${name}`)
    if (flaw !== undefined) return flaw
  }
  return undefined
}
