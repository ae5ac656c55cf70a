import type { Compilable, Kysely } from 'kysely'
import type { Idioms } from '../engine.ts'

/** One step from an older schema to the next. It runs once, in the transaction that records it. */
export interface Migration {
  /** Four digits and what it brings; also its file's name. Numbers only go up. */
  readonly name: string
  readonly statements: (kysely: Kysely<unknown>, idioms: Idioms) => readonly Compilable[]
}
