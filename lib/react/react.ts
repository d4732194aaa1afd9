/** React, imported in one place: bundlers make a wrapper for each import of a CommonJS module. */
import * as React from 'react';

export { React };
