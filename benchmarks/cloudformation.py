"""Lines a second of the CloudFormation front end, over a generated template with conditions, maps and loops."""

from __future__ import annotations

import argparse
import gc
import time

from mlarchlint.frontends.cloudformation import evaluate_templates

HEAD = """\
Transform: AWS::LanguageExtensions
Parameters:
  Size: {Type: String, AllowedValues: [small, large]}
  Subnets: {Type: CommaDelimitedList}
  Env: {Type: String}
Mappings:
  Machines: {small: {type: g5.xlarge}, large: {type: g5.12xlarge}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsLarge: !Equals [!Ref Size, large]
Resources:
  Fn::ForEach::Stores:
    - Name
    - [Raw, Features, Models]
    - "${Name}Store": {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "ranker-${Name}"}}
"""
PART = """\
  Server{n}:
    Type: AWS::EC2::Instance
    Condition: IsLarge
    Properties:
      InstanceType: !FindInMap [Machines, !Ref Size, type]
      ImageId: !Sub 'ami-${{Size}}-${{AWS::Region}}'
      SubnetId: !Select [0, !Ref Subnets]
      Tags:
        - {{Key: env, Value: !If [IsProd, prod, dev]}}
        - !If [IsProd, {{Key: owner, Value: ranker}}, !Ref AWS::NoValue]
"""
TARGET = 0.5  # seconds for 5,000 lines


def template(lines: int) -> str:
    count = max(1, (lines - HEAD.count("\n")) // PART.count("\n"))
    return HEAD + "".join(PART.format(n=n) for n in range(count))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    text = template(options.lines)
    lines = text.count("\n")
    gc.disable()  # as the command line does
    times = []
    for _ in range(options.runs):
        start = time.perf_counter()
        evaluation = evaluate_templates({"template.yaml": text})
        times.append(time.perf_counter() - start)
        del evaluation
        gc.collect()
    best = min(times)
    verdict = "reached" if best <= TARGET * lines / 5_000 else "missed"
    print(
        f"{lines} lines in {best:.3f} s: {lines / best:,.0f} lines a second; target of {TARGET} s {verdict}"
    )


if __name__ == "__main__":
    main()
