import { testProvider } from '../../testing/test-provider.ts'
import dashscope from './index.ts'
import emulator from './sandbox.ts'

testProvider(dashscope, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
