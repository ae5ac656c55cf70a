import type { FastifyRequest } from 'fastify'
import type { HttpContext } from './context.ts'
import { baseUrlOf } from './errors.ts'

/** What links to pictures begin with: a content network's address where there is one. */
export const pictureBase = (
  request: FastifyRequest,
  { picturesUrl, publicUrl }: Pick<HttpContext, 'picturesUrl' | 'publicUrl'>,
): string => picturesUrl ?? publicUrl ?? baseUrlOf(request)
