import type { JsonObject, JsonValue } from '../json.ts'

const objectOf = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}

/** `WxH` that a stored call asked for, or an empty text. */
export function sizeOfCall(call: JsonObject): string {
  const { width, height } = objectOf(call.expectedSize)
  return typeof width === 'number' && typeof height === 'number' ? `${width}x${height}` : ''
}

/** Effort level that a stored call asked for, or an empty text when the model has none. */
export function qualityOfCall(call: JsonObject): string {
  const { quality } = objectOf(call.settings)
  return typeof quality === 'string' ? quality : ''
}

/** Purpose that a stored request named, or an empty text. */
export const purposeOfRequest = ({ purpose }: JsonObject): string =>
  typeof purpose === 'string' ? purpose : ''
