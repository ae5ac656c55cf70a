import type { FastifyRequest } from 'fastify'

/**
 * Whether the library of a caller splits one call into equal requests. The AI SDK does for models
 * it does not know. It names itself like this: `ai/7.0.173 ai-sdk/openai/4.0.118` (read in its
 * source, 2026-11-26).
 */
export const mayBeSplit = ({ headers }: FastifyRequest): boolean =>
  /(^|\s)ai(-sdk)?\//.test(headers['user-agent'] ?? '')
