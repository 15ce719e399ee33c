import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import { describeHashers } from "./hasher.contract.ts";

describeHashers("workerd's", workerdHashers);
