import { type ZodType, z } from 'zod'

/** A schema as JSON, as far as the generators look into it. */
export type JsonSchema = Record<string, unknown>

/** Whether a value is an object that can be looked into. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The JSON Schema of what a file may hold, before defaults are filled in. */
export const toJsonSchema = (schema: ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input' })

/** The members that an object's schema names. */
export const membersOf = (schema: JsonSchema): Record<string, unknown> =>
  isObject(schema.properties) ? schema.properties : {}
