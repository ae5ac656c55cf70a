import { z } from 'zod'
import type { Operation } from '../../core/request/operation.ts'

const none = z.strictObject({})

/** The schema of an operation's options; an operation that a provider does not have takes none. */
export const optionsFor = <Schemas extends { readonly [Name in Operation]?: z.ZodType }>(
  schemas: Schemas,
  operation: Operation,
): Schemas[keyof Schemas] =>
  Object.hasOwn(schemas, operation)
    ? schemas[operation as keyof Schemas]
    : (none as unknown as Schemas[keyof Schemas])
