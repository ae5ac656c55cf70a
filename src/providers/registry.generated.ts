// Generated from the folders of src/providers. Do not edit:
// run `npm run generate`.
import a1111 from './a1111/index.ts'
import azure from './azure/index.ts'
import bedrock from './bedrock/index.ts'
import bfl from './bfl/index.ts'
import claudeImages from './claude-images/index.ts'
import comfyui from './comfyui/index.ts'
import dashscope from './dashscope/index.ts'
import deepinfra from './deepinfra/index.ts'
import deepseekJanus from './deepseek-janus/index.ts'
import fal from './fal/index.ts'
import fireworks from './fireworks/index.ts'
import gemini from './gemini/index.ts'
import ideogram from './ideogram/index.ts'
import leonardo from './leonardo/index.ts'
import luma from './luma/index.ts'
import lumaAgents from './luma-agents/index.ts'
import openai from './openai/index.ts'
import openaiCompatible from './openai-compatible/index.ts'
import openrouter from './openrouter/index.ts'
import recraft from './recraft/index.ts'
import replicate from './replicate/index.ts'
import runware from './runware/index.ts'
import stability from './stability/index.ts'
import swarmui from './swarmui/index.ts'
import together from './together/index.ts'
import xai from './xai/index.ts'
import type { ProviderDefinition } from './shared/definition.ts'

/** Every provider that ships, sorted by folder name. */
export const providers: readonly ProviderDefinition[] = [
  a1111,
  azure,
  bedrock,
  bfl,
  claudeImages,
  comfyui,
  dashscope,
  deepinfra,
  deepseekJanus,
  fal,
  fireworks,
  gemini,
  ideogram,
  leonardo,
  luma,
  lumaAgents,
  openai,
  openaiCompatible,
  openrouter,
  recraft,
  replicate,
  runware,
  stability,
  swarmui,
  together,
  xai,
]
