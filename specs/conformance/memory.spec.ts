/** The stores of this process, made by `createStore`, are put through the whole suite. */
import { createStore } from 'ownstate';
import { describeConformance } from './suite.js';

describeConformance({ name: 'a store in memory', create: createStore });
