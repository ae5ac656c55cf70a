// Generated from the folders of src/providers. Do not edit:
// run `npm run generate`.
import a1111 from '../providers/a1111/sandbox.ts'
import azure from '../providers/azure/sandbox.ts'
import bedrock from '../providers/bedrock/sandbox.ts'
import bfl from '../providers/bfl/sandbox.ts'
import claudeImages from '../providers/claude-images/sandbox.ts'
import comfyui from '../providers/comfyui/sandbox.ts'
import dashscope from '../providers/dashscope/sandbox.ts'
import deepinfra from '../providers/deepinfra/sandbox.ts'
import deepseekJanus from '../providers/deepseek-janus/sandbox.ts'
import fal from '../providers/fal/sandbox.ts'
import fireworks from '../providers/fireworks/sandbox.ts'
import gemini from '../providers/gemini/sandbox.ts'
import ideogram from '../providers/ideogram/sandbox.ts'
import leonardo from '../providers/leonardo/sandbox.ts'
import luma from '../providers/luma/sandbox.ts'
import lumaAgents from '../providers/luma-agents/sandbox.ts'
import openai from '../providers/openai/sandbox.ts'
import openaiCompatible from '../providers/openai-compatible/sandbox.ts'
import openrouter from '../providers/openrouter/sandbox.ts'
import recraft from '../providers/recraft/sandbox.ts'
import replicate from '../providers/replicate/sandbox.ts'
import runware from '../providers/runware/sandbox.ts'
import stability from '../providers/stability/sandbox.ts'
import swarmui from '../providers/swarmui/sandbox.ts'
import together from '../providers/together/sandbox.ts'
import xai from '../providers/xai/sandbox.ts'
import type { Emulator } from '../providers/shared/emulator.ts'

/** Every provider's emulator, sorted by folder name. */
export const emulators: readonly Emulator[] = [
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
