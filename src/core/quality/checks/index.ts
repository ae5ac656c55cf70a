import { blank } from './blank.ts'
import { blur } from './blur.ts'
import { complete } from './complete.ts'
import { duplicate } from './duplicate.ts'
import { judge } from './judge.ts'
import { palette } from './palette.ts'
import { similarity } from './similarity.ts'
import { size } from './size.ts'
import { text } from './text.ts'
import { transparent } from './transparent.ts'

/** All checks, in the order in which they run: the cheapest first. */
export const checks = {
  ...{ complete, size, blank, transparent, duplicate, blur, palette },
  ...{ text, similarity, judge },
} as const

/** The name of a check. */
export type CheckName = keyof typeof checks
