import { type Decimal, decimal } from './decimal.ts'

/** A size in pixels as text: `1024x1024`. */
export const SIZE_PATTERN = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/

/** Pixels of a size; undefined when the text is none. */
export function areaOf(size: string): Decimal | undefined {
  const match = SIZE_PATTERN.exec(size)
  return match ? decimal(Number(match[1])).times(Number(match[2])) : undefined
}
