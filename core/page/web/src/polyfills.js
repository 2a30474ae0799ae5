// What ECharts and the page's modules need beyond ECMAScript 5, and what they expect around them.
import "core-js/es/array/at";
import "core-js/es/array/find";
import "core-js/es/array/from";
import "core-js/es/array/find-index";
import "core-js/es/array/find-last-index";
import "core-js/es/array/flat-map";
import "core-js/es/array/includes";
import "core-js/es/map";
import "core-js/es/object/entries";
import "core-js/es/object/from-entries";
import "core-js/es/object/values";
import "core-js/es/promise";
import "core-js/es/set";

// Nothing is drawn later than asked for.
globalThis.setTimeout = () => 0;
globalThis.clearTimeout = () => {};
