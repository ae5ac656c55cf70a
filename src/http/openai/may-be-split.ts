import type { FastifyRequest } from 'fastify'

/**
 * Whether the library of a caller splits one call into equal requests. The AI SDK does for models it
 * does not know; `ai/7.0.173 ai-sdk/openai/4.0.79 ai-sdk/provider-utils/5.0.50 runtime/node.js/v26` is
 * how it names itself.
 */
export const mayBeSplit = ({ headers }: FastifyRequest): boolean =>
  /(^|\s)ai(-sdk)?\//.test(headers['user-agent'] ?? '')
