export { hertzSupplier, hertzVendorCode } from "./hertz.ts";
