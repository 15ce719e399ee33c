import { Duration } from "aws-cdk-lib";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { FunctionUrlOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import type { IFunctionUrl } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/**
 * CloudFront before a function URL: what goes out through it costs less, and a name of one's own or a firewall can be added. It
 * keeps nothing: whether a blob is there, and who may read it, is for the function to say.
 */
export function frontDoor(scope: Construct, url: IFunctionUrl): Distribution {
  return new Distribution(scope, "FrontDoor", {
    comment: "Hayloft",
    httpVersion: HttpVersion.HTTP2_AND_3,
    defaultBehavior: {
      origin: new FunctionUrlOrigin(url, { readTimeout: Duration.seconds(60) }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // Authorization is among them; Host must be the function's own.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      compress: false,
    },
  });
}
