import { portableHashers } from "../../shared/digest/portable-hashers.ts";
import { webHashers } from "../support/web-hashers.ts";
import { describeHashers } from "./hasher.contract.ts";

describeHashers("portable", portableHashers);
describeHashers("WebCrypto, for tests", webHashers);
